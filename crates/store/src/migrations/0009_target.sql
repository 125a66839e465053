-- The target that deliveries are about. Links, and what is known of records, hold for one instance only.

create table target (
  -- Its address; empty while there was none, or as long as it is not known which.
  url {text} primary key,
  -- The column of the stable key, and which groups are brought there; empty as long as that is not known.
  key_column {text} not null default '',
  groups {text} not null default ''
);
insert into target (url) select case count(*) when 1 then substr(max(name), 8) else '' end
  from counters where name like 'target:%';
delete from counters where name like 'target:%';

-- Links to records of instances that were the target before, to go on with if one is again.
create table other_links (
  target {text} not null,
  subject {text} not null,
  sys_id {text} not null,
  linked_at bigint,
  known text,
  primary key (target, subject)
) {clustered};

-- Whether somebody asked for another try, with whatever the target did not take before.
alter table deliveries add column anew bigint not null default 0;

-- The instance that it was begun in.
alter table handovers add column target {text} not null default '';
update handovers set target = (select url from target);
