"""The durable study: where its rows are, who may write them, and what is done while a database is away."""
