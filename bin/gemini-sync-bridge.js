#!/usr/bin/env node
import process from 'node:process';

process.setSourceMapsEnabled(true);
const { main, endSoon } = await import('#main');
process.exitCode = await main(process.argv.slice(2));
endSoon(process);
