"""Tables, units of work, migrations, encryption: everything that outlives the process."""
