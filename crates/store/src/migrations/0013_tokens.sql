-- Until when a token was made to work. Its rotation ends it sooner, and a second one has to know the lifetime all the same.
alter table tokens add column made_until bigint;
update tokens set made_until = expires_at;
