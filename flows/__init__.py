"""The functional core: packs, machines, scoring, proofs. No clock, no network, no database, no asyncio."""
