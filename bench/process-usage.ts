import { readdir, readFile } from 'node:fs/promises';

/**
 * Returns the CPU time of a process in milliseconds: that of all threads that it has now, as the
 * kernel counts it. Returns 0 on a system without /proc.
 */
export async function cpuMs(pid: number | undefined): Promise<number> {
  const threads = `/proc/${pid}/task`;
  const names = await readdir(threads).catch(() => []);
  const stats = await Promise.all(
    names.map((name) => readFile(`${threads}/${name}/schedstat`, 'utf8').catch(() => '0')),
  );
  // The first field is in nanoseconds.
  return stats.reduce((sum, stat) => sum + Number(stat.split(' ')[0]) / 1_000_000, 0);
}

/** Returns the resident memory of a process in MiB; NaN on a system without /proc. */
export const residentMiB = (pid: number | undefined): Promise<number> => memoryMiB(pid, 'VmRSS');

/** Returns the peak of a process's resident memory in MiB; NaN on a system without /proc. */
export const peakMiB = (pid: number | undefined): Promise<number> => memoryMiB(pid, 'VmHWM');

async function memoryMiB(pid: number | undefined, field: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = new RegExp(`^${field}:\\s*(\\d+) kB`, 'm').exec(status)?.[1];
  return Number(kilobytes ?? Number.NaN) / 1024;
}
