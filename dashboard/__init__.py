"""Pages of HTML that stand by themselves, for the command and for the dashboard. No network, no script, no form."""
