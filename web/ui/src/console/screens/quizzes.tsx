import { $api, Page, useI18n } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Select } from '@mantine/core';
import { useState } from 'react';
import { Bank, Figures } from '../bank';
import { usePlace } from '../place';
import { setupTabs, Tabs } from '../tabs';

/** The banks of items that quizzes draw from: the program's own, and those of topics that certify. */
export default function Quizzes() {
  const { t } = useI18n();
  const { program } = usePlace();
  const [topic, setTopic] = useState<string | null>(null);
  const topics = $api.useQuery('get', '/api/v1/programs/{program}/topics', { params: { path: { program: program?.id ?? '' } } }, { enabled: !!program });
  if (!program) return null;
  const certified = topics.data?.data.filter(({ mode }) => mode === 'certified') ?? [];
  return (
    <Page title={t('setup.quizzes')} about={t('quizzes.about')}>
      <Tabs label={t('setup.title')} of={setupTabs} />
      <div className={layout.stack}>
        {certified.length > 0 && (
          <Select
            label={t('quizzes.which')}
            description={t('quizzes.which.text')}
            data={[{ value: '', label: t('quizzes.own') }, ...certified.map(({ slug, name }) => ({ value: slug, label: name }))]}
            value={topic ?? ''}
            onChange={(value) => setTopic(value || null)}
            allowDeselect={false}
            maw={360}
          />
        )}
        <Figures key={`figures ${topic}`} program={program.id} topic={topic ?? undefined} />
        <Bank key={`bank ${topic}`} program={program.id} topic={topic ?? undefined} />
      </div>
    </Page>
  );
}
