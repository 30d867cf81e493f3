'use strict';
// Required into a process that is measured: on exit it tells on descriptor 3 what the process used.
var fs = require('fs');

process.on('exit', function () {
  var used = process.resourceUsage();
  fs.writeSync(
    3,
    JSON.stringify({
      userMs: used.userCPUTime / 1000,
      systemMs: used.systemCPUTime / 1000,
      peakMb: used.maxRSS / 1024,
    }),
  );
});
