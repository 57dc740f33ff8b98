#!/usr/bin/env node
import process from 'node:process';

// Before anything is written: what this process makes, and what its libraries make, belongs to its user alone.
process.umask(0o077);
process.setSourceMapsEnabled(true);
const { main, endSoon } = await import('#main');
process.exitCode = await main(process.argv.slice(2));
endSoon(process);
