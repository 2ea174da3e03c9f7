//! From the corpus to the shipped weights: reading, checks, splits, training and evaluation. Not part of the product.

pub mod corpus;
