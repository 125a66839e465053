//! Clients of the systems that Tenure talks to: one folder for each, with the same file names in each.
