"""What a search takes from other runs: results to learn from, and results in place of trainings."""
