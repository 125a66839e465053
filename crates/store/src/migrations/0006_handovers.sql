-- What becomes of leavers' open work: one row for each time that somebody leaves, and one for each row of the target that is
-- written or left.

create table handovers (
  person {text} not null,
  -- When they were deactivated, which tells one leaving from the next.
  left_at bigint not null,
  -- Their record in the target.
  sys_id {text} not null,
  state {text} not null,
  reason text,
  -- Who asked for it; null if it follows from the leaving.
  asked_by text,
  attempts bigint not null default 0,
  started_at bigint not null,
  ended_at bigint,
  -- Not before; null where nothing is to be done. While somebody works on it, until when nobody else may.
  due_at bigint,
  -- Who works on it.
  lease {text},
  primary key (person, left_at)
) {clustered};
create index handovers_queue on handovers (due_at) where due_at is not null;
create index handovers_state on handovers (state, person);

create table handover_steps (
  person {text} not null,
  left_at bigint not null,
  ordinal bigint not null,
  kind {text} not null,
  table_name {text} not null,
  sys_id {text} not null,
  label text not null,
  -- What is written, what was there before, and what was there afterwards; columns and values as JSON.
  fields text not null,
  former text not null,
  shown text,
  note text,
  why text not null,
  state {text} not null,
  reason text,
  -- Whether the timeline says what became of it.
  told bigint not null default 0,
  primary key (person, left_at, ordinal)
) {clustered};
