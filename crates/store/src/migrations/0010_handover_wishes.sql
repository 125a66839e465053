-- What is to become of a hand-over once the turn under way has ended, and which notes were written although the rest of a
-- write was refused.

-- `undo` or `again`; null where nobody wants anything.
alter table handovers add column wish {text};
-- Who wants it; null if it follows from what happened.
alter table handovers add column wished_by text;
-- Whether the row has the note that tells of the step being taken back.
alter table handover_steps add column back_noted bigint not null default 0;
