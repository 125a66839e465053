-- Policies with their history, and people who have to be resolved anew because something besides their claims changed.

create table policies (
  version bigint not null,
  document text not null,
  author text not null,
  reason text,
  -- The version whose document this one brings back.
  restores bigint,
  applied_at bigint not null
);
create unique index policies_version on policies (version);

-- The policy that the record was resolved under.
alter table persons add column policy bigint not null default 0;
-- How often something happened since then that the record may depend on.
alter table persons add column due bigint not null default 0;
-- Whether they are, or have ever been, in the policy's scope.
alter table persons add column provisioned bigint not null default 1;
-- Whether a field waits for somebody who has not arrived; then `waiting` has rows.
alter table persons add column waits bigint not null default 0;
create index persons_due on persons (id) where due > 0;
create index persons_policy on persons (policy);

-- Who waits for whom, by the key that the awaited person will arrive with.
create table waiting (
  kind bigint not null,
  key {text} not null,
  person_id {text} not null,
  field {text} not null,
  primary key (kind, key, person_id, field)
) {clustered};
create index waiting_of on waiting (person_id);
