//! The team server: a local store served over the API, so that a small team shares it, and the peer that tests talk to.
