-- What is to be brought to the target, what came of it, and which of the target's records is whose.

create table deliveries (
  -- A person or a group.
  subject {text} primary key,
  kind bigint not null,
  -- How often something changed since the target was last right; 0 where nothing is to be done.
  mark bigint not null,
  -- Who goes first: 0 leavers, 1 groups, 2 everybody else.
  rank bigint not null,
  marked_at bigint not null,
  -- Not before. While somebody works on it, until when nobody else may.
  due_at bigint not null,
  -- Who works on it. If it is there and due, somebody began and did not end.
  lease {text},
  attempts bigint not null default 0,
  outcome {text} not null default 'waiting',
  reason text,
  -- The target's record.
  sys_id {text},
  -- Whether ids of the target have turned out to mean other things, and this one was not looked at since.
  doubted bigint not null default 0,
  linked_at bigint,
  -- What the target showed last, and what it did not take.
  known text,
  delivered_at bigint
);
create unique index deliveries_record on deliveries (kind, sys_id);
create index deliveries_queue on deliveries (rank, due_at) where mark > 0;
create index deliveries_leased on deliveries (lease) where lease is not null;
create index deliveries_outcome on deliveries (outcome, subject);

-- Records of the target that were theirs before.
create table former_records (
  subject {text} not null,
  sys_id {text} not null,
  linked_at bigint,
  until_at bigint not null,
  primary key (subject, sys_id, until_at)
) {clustered};

-- Whose delivery waits for whose record: a manager, a group.
create table delivery_waits (
  awaited {text} not null,
  subject {text} not null,
  primary key (awaited, subject)
) {clustered};
create index delivery_waits_of on delivery_waits (subject);

-- Work that only one node may do at a time.
create table leases (
  name {text} primary key,
  holder {text} not null,
  until_at bigint not null
);

insert into deliveries (subject, kind, mark, rank, marked_at, due_at)
  select id, 0, 1, 2, dirty_at, dirty_at from persons where dirty_at is not null and provisioned = 1;
insert into deliveries (subject, kind, mark, rank, marked_at, due_at)
  select id, 1, 1, 1, dirty_at, dirty_at from groups where dirty_at is not null;
drop index persons_dirty;
alter table persons drop column dirty_at;
alter table groups drop column dirty_at;
