"""vipgate beside other implementations of BGP: one table of features, one adapter an implementation, one test a cell."""
