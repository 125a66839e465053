-- Limits: who lost access when, how many have it, and who is held until a human has answered a mass-change case.

create table departures (
  at bigint not null,
  person_id {text} not null,
  primary key (at, person_id)
) {clustered};

-- The case, what has become of the question (held, kept, released), since when, and by whose word access would have ended.
alter table persons add column hold_case {text};
alter table persons add column hold_state {text};
alter table persons add column hold_since bigint;
alter table persons add column hold_source {text};
create index persons_held on persons (hold_case, hold_state, hold_since) where hold_case is not null;

create unique index cases_mass_change on cases (kind) where kind = 'mass-change' and decided_at is null;

insert into counters (name, value) select 'people:active', count(*) from persons where active = 1 and provisioned = 1;
-- How often anybody lost access. A commit that ends access under a limit names how many there may have been before it.
insert into counters (name, value) values ('people:departures', 0);
