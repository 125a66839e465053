-- Who stands in for a manager who has left: the hand-overs of one report, found by the report's record.

-- Since when the step stands where it stands; null for as long as it has not moved.
alter table handover_steps add column stands_since bigint;
update handover_steps set stands_since = (select coalesce(handovers.ended_at, handovers.started_at) from handovers
  where handovers.person = handover_steps.person and handovers.left_at = handover_steps.left_at)
  where state in ('done', 'undone');
create index handover_steps_reports on handover_steps (sys_id) where kind = 'report';
