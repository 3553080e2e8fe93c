"""One page of the guide in three frameworks, to compare their throughput."""
