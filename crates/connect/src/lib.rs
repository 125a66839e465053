//! Clients of the systems that Tenure talks to: one folder for each, with the same file names in each. They know the
//! vendors' wire formats, limits and traps, and say what an answer means; they decide nothing about people.

mod outside;
pub mod servicenow;
