"""Many photos: the pipeline over folders, Parquet files and object storage, into Parquet."""
