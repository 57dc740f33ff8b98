#!/usr/bin/env node
// The name that the program had before it started in CommonJS, for scripts that call it by its path.
import './gemini-sync-bridge.cjs';
