import { cancelCases } from './never-stuck/cancel-cases.ts';
import { openPlaces, type Places } from './never-stuck/places.ts';
import { Stage } from './never-stuck/stage.ts';

describe('an execution that is cancelled', () => {
  let places: Places;
  let stage: Stage;

  before(async () => {
    places = await openPlaces();
    stage = await Stage.open(30);
    await stage.workers();
  });
  after(async () => {
    await stage.close();
    await places.close();
  });

  for (const { name, cancel } of cancelCases)
    it(`${name} ends, and leaves no work, no scratch and no file behind`, async () => {
      console.log(`      ended after ${await cancel(stage, places)} ms`);
    });
});
