import { databaseUrlOf, dropDatabase, freshDatabase } from './database.ts';
import { scratchFolder } from './folders.ts';
import { type Product, startProduct } from './product.ts';
import { testSecretKey } from './services.ts';

/**
 * The product with a database of its own on the tests' server: that each has a server of its own would be half of the time
 * that they take to start. What is tried of the embedded one is tried where it is meant.
 */
export async function startTestProduct(environment: NodeJS.ProcessEnv = {}): Promise<Product> {
  const address = await freshDatabase();
  const ours = { DATABASE_URL: databaseUrlOf(address), CQA_SECRET_KEY: testSecretKey };
  const product = await startProduct({ dataDir: scratchFolder('product'), environment: { ...ours, ...environment } });
  return {
    ...product,
    async stop() {
      await product.stop();
      await dropDatabase(address);
    },
  };
}
