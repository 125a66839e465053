-- The user name that a leaver's record gives up, because somebody else has it now.

alter table deliveries add column yields text;
