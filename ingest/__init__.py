"""Files in: discovery, plan, chunking and the pipeline that ties them."""
