import { takeOrders } from './crash.ts';
import { wrapFiles } from './files.ts';
import { wrapProcesses } from './processes.ts';
import { wrapRequests } from './requests.ts';
import { wrapTerminals } from './terminals.ts';

// Runs before the host's own code, in its process; see ../README.md.
takeOrders(Object.fromEntries(new URL(import.meta.url).searchParams));
wrapFiles();
wrapProcesses();
wrapRequests();
wrapTerminals(process.argv[1] ?? '');
