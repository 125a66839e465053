-- Tokens of administrators beside those of sources, and answers to cases that can be taken back.

-- A column cannot stop being "not null" in SQLite, so the table is built anew.
create table tokens_anew (
  id {text} primary key,
  -- Whose it is: a source's or an administrator's.
  source {text},
  admin {text},
  hash {text} not null,
  scopes {text} not null,
  created_at bigint not null,
  expires_at bigint,
  revoked_at bigint,
  constraint tokens_holder check ((source is null) <> (admin is null))
);
insert into tokens_anew (id, source, hash, scopes, created_at, expires_at, revoked_at)
  select id, source, hash, scopes, created_at, expires_at, revoked_at from tokens;
drop table tokens;
alter table tokens_anew rename to tokens;
create unique index tokens_hash on tokens (hash);

alter table cases add column note text;
-- When a claim first went through by the answer.
alter table cases add column used_at bigint;
-- Of answers that were given before, it is not known whether they have been used.
update cases set used_at = decided_at where blocking = 1 and ruling in ('link', 'create');
