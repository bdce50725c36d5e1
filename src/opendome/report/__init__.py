"""What people look at: progress, summary, map, page.  Reads results, computes no physics."""
