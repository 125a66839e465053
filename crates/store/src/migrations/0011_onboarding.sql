-- A reading of a target has a name, so that two at once never take each other's pages for their own; and whom onboarding
-- leaves to a human, so that delivery makes nobody a second record meanwhile.

-- It holds nothing but what can be read again.
drop table onboard_pages;
create table onboard_pages (
  -- The target's address.
  target {text} not null,
  -- The name of the reading, which no other has.
  reading {text} not null,
  -- What was read: users, memberships and so on.
  part {text} not null,
  page bigint not null,
  read_at bigint not null,
  -- The last row's id, after which the next page begins; nothing on the page that ends a part.
  position {text},
  -- The rows as JSON, without empty columns.
  content text not null,
  primary key (target, reading, part, page)
);

create table onboard_questions (
  target {text} not null,
  -- By what onboarding knew the person: our id, else what the identity provider calls them.
  who {text} not null,
  -- By what else they will be recognised when they come; login and address folded.
  external_id {text},
  login {text},
  address {text},
  -- The question, and the first of the records that may be theirs as JSON.
  kind text not null,
  records text not null,
  asked_at bigint not null,
  -- A record of the target, or `new`; nothing while it waits.
  answer {text},
  answered_by text,
  answered_at bigint,
  primary key (target, who)
);
create index onboard_questions_external_id on onboard_questions (external_id) where external_id is not null;
create index onboard_questions_login on onboard_questions (login) where login is not null;
create index onboard_questions_address on onboard_questions (address) where address is not null;
