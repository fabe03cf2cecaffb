import type { DatabaseAddress } from '../../../db/database.ts';
import { type DatabaseProxy, startDatabaseProxy } from '../../harness/database-proxy.ts';
import { scratchFolder } from '../../harness/folders.ts';
import { type Product, startProduct } from '../../harness/product.ts';

/** The program in the role `worker`, as a process of its own behind a database proxy of its own. */
export interface WorkerProcess {
  pid: number;
  dataDir: string;
  proxy: DatabaseProxy;
  /** Its warnings and errors so far, each a JSON line. */
  log: string[];
  /** For good, wherever it is. */
  end(): Promise<void>;
}

export async function startWorkerProcess(
  address: DatabaseAddress,
  environment: NodeJS.ProcessEnv,
): Promise<WorkerProcess> {
  const proxy = await startDatabaseProxy(address);
  const log: string[] = [];
  const dataDir = scratchFolder('worker');
  const product: Product = await startProduct({
    dataDir,
    environment: { ...environment, DATABASE_URL: proxy.url, CQA_ROLES: 'worker' },
    say: (line) => log.push(line),
  });
  return {
    ...{ pid: product.pid, dataDir, proxy, log },
    async end() {
      await product.kill();
      await proxy.close();
    },
  };
}
