//! The binary as its users see it: commands, exit codes, standard output.

mod bench;
