-- What SQLite's planner is told about the sizes of tables and indexes: those of a large directory, always. Without it
-- SQLite takes every index for equally good and walks the whole list of a source to look up one user name; with figures
-- of its own it would choose other plans as the directory grows. A line is: table, index, rows in the index, and rows
-- that share the values of its first one, two and more columns. A table without rowid is its own index.
analyze sqlite_schema;
delete from sqlite_stat1;
insert into sqlite_stat1 (tbl, idx, stat) values
  ('persons', 'sqlite_autoindex_persons_1', '1000000 1'),
  ('persons', 'persons_login', '1000000 1'),
  ('persons', 'persons_employee', '1000000 1'),
  ('deliveries', 'sqlite_autoindex_deliveries_1', '1000000 1'),
  ('deliveries', 'deliveries_record', '1000000 500000 1'),
  ('deliveries', 'deliveries_queue', '10000 5000 1'),
  ('deliveries', 'deliveries_leased', '100 10'),
  ('deliveries', 'deliveries_outcome', '1000000 200000 1'),
  ('delivery_waits', 'delivery_waits', '10000 10 1'),
  ('delivery_waits', 'delivery_waits_of', '10000 2'),
  ('persons', 'persons_held', '1000 100 50 1'),
  ('departures', 'departures', '100000 2 1'),
  ('claims', 'claims_person', '1000000 2 1'),
  ('claims', 'claims_external_id', '1000000 500000 1'),
  ('claims', 'claims_user_name', '1000000 500000 1'),
  ('claims', 'claims_listing', '1000000 500000 1'),
  ('claims', 'claims_inactive', '100000 50000 1'),
  ('claims', 'claims_created', '1000000 500000 2'),
  ('claims', 'claims_modified', '1000000 500000 2'),
  ('claim_keys', 'claim_keys', '5000000 1000000 2 1 1'),
  ('former_links', 'former_links', '10000 2 1 1 1'),
  ('groups', 'groups_id', '10000 1'),
  ('groups', 'groups_external_id', '10000 5000 1'),
  ('groups', 'groups_display_name', '10000 1'),
  ('groups', 'groups_former', '10000 5000 1'),
  ('groups', 'groups_listing', '10000 5000 1'),
  ('members', 'members', '5000000 500 1'),
  ('members', 'members_of', '5000000 5 1'),
  ('events', 'events_subject', '10000000 10 1'),
  ('cases', 'sqlite_autoindex_cases_1', '10000 1'),
  ('cases', 'cases_open', '100 50 1'),
  ('cases', 'cases_identity', '10000 5000 2 1'),
  ('cases', 'cases_opened', '10000 2'),
  ('cases', 'cases_mass_change', '1 1'),
  ('tokens', 'sqlite_autoindex_tokens_1', '100 1'),
  ('tokens', 'tokens_hash', '100 1'),
  ('counters', 'sqlite_autoindex_counters_1', '100 1');
