-- What onboarding has read of a target that has users already, so that an interrupted reading goes on where it was.

create table onboard_pages (
  -- The target's address.
  target {text} not null,
  -- What was read: users, groups, memberships and so on.
  part {text} not null,
  page bigint not null,
  read_at bigint not null,
  -- The last row's id, after which the next page begins; nothing on the page that ends a part.
  position {text},
  -- The rows as JSON, without empty columns.
  content text not null,
  primary key (target, part, page)
);
