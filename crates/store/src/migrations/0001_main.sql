-- People, claims, groups, events, cases, tokens. Written once for both engines; {words in braces} are the few places
-- where they differ and are filled in by migrate.rs. Times are microseconds since 1970, flags are 0 and 1, ids and JSON
-- are text. Every unique index has a name, and every name has an outcome (error.rs).

create table persons (
  id {text} primary key,
  version bigint not null,
  active bigint not null,
  deactivated_at bigint,
  created_at bigint not null,
  record text not null,
  -- What one person alone may hold; null where nothing is held or where it is known to be shared.
  login_key {text},
  login_shared bigint not null,
  employee_key {text},
  employee_shared bigint not null,
  -- Since when the record waits for delivery.
  dirty_at bigint
);
create unique index persons_login on persons (login_key);
create unique index persons_employee on persons (employee_key);
create index persons_dirty on persons (dirty_at) where dirty_at is not null;

create table claims (
  seq {sequence},
  person_id {text} not null references persons (id),
  source {text} not null,
  external_id {text},
  user_name_key {text} not null,
  active bigint not null,
  active_since bigint not null,
  live bigint not null,
  ended_at bigint,
  version bigint not null,
  created_at bigint not null,
  modified_at bigint not null,
  doc text not null
);
create unique index claims_person on claims (person_id, source);
create unique index claims_external_id on claims (source, external_id);
create unique index claims_user_name on claims (source, user_name_key) where live = 1 and active = 1;
create index claims_listing on claims (source, seq) where live = 1;
create index claims_inactive on claims (source, seq) where live = 1 and active = 0;
create index claims_created on claims (source, created_at) where live = 1;
create index claims_modified on claims (source, modified_at) where live = 1;

-- What a claim can be found by: folded keys, for correlation across sources and for filters within one.
create table claim_keys (
  kind bigint not null,
  key {text} not null,
  source {text} not null,
  person_id {text} not null,
  primary key (kind, key, source, person_id)
) {clustered};

-- External ids that a claim no longer has.
create table former_links (
  person_id {text} not null,
  source {text} not null,
  external_id {text} not null,
  until_at bigint not null,
  primary key (person_id, source, external_id, until_at)
) {clustered};

create table groups (
  seq {sequence},
  id {text} not null,
  source {text} not null,
  external_id {text},
  display_key {text} not null,
  display_name {text} not null,
  live bigint not null,
  ended_at bigint,
  version bigint not null,
  created_at bigint not null,
  modified_at bigint not null,
  doc text not null,
  dirty_at bigint
);
create unique index groups_id on groups (id);
create unique index groups_external_id on groups (source, external_id);
create unique index groups_display_name on groups (display_key) where live = 1;
create index groups_former on groups (source, display_key);
create index groups_listing on groups (source, seq) where live = 1;

create table members (
  group_id {text} not null,
  member_id {text} not null,
  kind {text},
  display text,
  present bigint not null,
  changed_at bigint not null,
  writer text not null,
  cycles bigint not null,
  primary key (group_id, member_id)
) {clustered};
create index members_of on members (member_id, group_id) where present = 1;

create table events (
  seq {sequence},
  subject {text} not null,
  at bigint not null,
  kind {text} not null,
  source {text} not null,
  writer text not null,
  request text,
  note text,
  decisions text not null
);
create index events_subject on events (subject, seq);

create table cases (
  id {text} primary key,
  kind {text} not null,
  source {text} not null,
  identity {text} not null,
  blocking bigint not null,
  claim text not null,
  candidates text not null,
  evidence text not null,
  opened_at bigint not null,
  ruling {text},
  ruling_person {text},
  decided_by text,
  decided_at bigint
);
create unique index cases_open on cases (source, identity) where blocking = 1 and decided_at is null;
create index cases_identity on cases (source, identity, opened_at);
create index cases_opened on cases (opened_at);

create table tokens (
  id {text} primary key,
  source {text} not null,
  hash {text} not null,
  scopes {text} not null,
  created_at bigint not null,
  expires_at bigint,
  revoked_at bigint
);
create unique index tokens_hash on tokens (hash);

-- Totals that would take a scan to count. The writer adds up a whole batch and touches each row once.
create table counters (
  name {text} primary key,
  value bigint not null
);
