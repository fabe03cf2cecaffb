/** What an administrator would apply from a file. */
export interface StreamSettings {
  brokers: string[];
  topic: string;
  resultsTopic?: string;
}

/** A connector that reads the topic from its beginning; nothing follows from an interaction. */
export function streamAlone({ brokers, topic, resultsTopic }: StreamSettings) {
  const results = resultsTopic === undefined ? {} : { results_topic: resultsTopic };
  const config = { brokers, topic, ...results, start_from: 'earliest', sasl: { mechanism: 'none' } };
  return { connectors: [{ name: 'ecc', direction: 'import', type: 'ecc6x', config }] };
}

/** The same with one quality profile that every conversation gets. */
export function streamWithProfile(settings: StreamSettings) {
  return { ...streamAlone(settings), ...profileForAll(phrase) };
}

const phrase = { kind: 'phrase', any: ['thank you for calling'], role: 'agent' };
export const deadAir = { kind: 'acoustic', measure: 'dead_air_ratio', operator: 'LESS_THAN', value: 0.2 };

export function profileForAll(evaluator: object) {
  const kpi = {
    ...{ kpi_name: 'Conduct', kpi_question: 'Is it as it should be?', input_type: 'Yes/No', evaluator },
    options: [
      { label: 'Yes', weightage: 10 },
      { label: 'No', weightage: 0 },
    ],
  };
  const categories = [{ name: 'All', sub_categories: [{ name: 'All', kpis: [kpi] }] }];
  const filter_group = [[{ attribute: 'channel_type', operator: 'IS', value: 'VOICE' }]];
  return {
    quality_profiles: [{ name: 'Basics', categories }],
    assignment_rules: [{ name: 'every call', filter_group, assign_quality_profiles: ['Basics'] }],
  };
}
