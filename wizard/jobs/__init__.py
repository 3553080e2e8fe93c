"""Background entry: tasks of the job queue, each calling one service."""
