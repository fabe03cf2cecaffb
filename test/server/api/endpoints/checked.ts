import { type ApiServer, apiServer } from '../../../harness/api.ts';
import { checkAnswer } from '../document.ts';

/** An API server whose every answer is compared with the document. */
export async function checkedServer(): Promise<ApiServer> {
  const server = await apiServer();
  return {
    ...server,
    async call<Data>(...[method, path, options]: Parameters<ApiServer['call']>) {
      const answer = await server.call<Data>(method, path, options);
      checkAnswer(method, new URL(server.addressOf(path)).pathname, answer);
      return answer;
    },
  };
}
