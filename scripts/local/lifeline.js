// Loaded into every process that is started for a local run (node --import): when the one that started it
// is gone, even by kill -9, this one goes as well, so that nothing is left behind on a port.
if (process.channel) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGINT'))
  process.channel.unref()
}
