import { installClis } from './installClis.ts';

console.log(JSON.stringify(await installClis(), undefined, 2));
