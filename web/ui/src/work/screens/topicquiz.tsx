import { $api, Page, useI18n } from '@kit/index';
import { Paper } from '@mantine/core';
import { useParams } from 'wouter';
import { Quiz } from '../quiz';

/** The quiz of a topic: who passes it is certified for it. */
export default function TopicQuiz() {
  const { t } = useI18n();
  const { program = '', topic = '' } = useParams();
  const about = $api.useQuery('get', '/api/v1/programs/{program}/public', { params: { path: { program } } }, { retry: false });
  const name = about.data?.topics.find((found) => found.slug === topic)?.name ?? topic;
  return (
    <Page title={t('program.quiz_of', { topic: name })} about={t('quiz.topic')} back={{ to: `/programs/${program}`, label: about.data?.brand_name ?? t('programs.one') }} narrow>
      <Paper>
        <Quiz program={program} topic={topic} />
      </Paper>
    </Page>
  );
}
