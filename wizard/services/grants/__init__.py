"""What providers have given us: refreshed and revoked here and nowhere else."""
