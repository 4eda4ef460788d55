import { Empty, OpenBooks, Page, useI18n } from '@kit/index';
import { Text } from '@mantine/core';
import { usePlace } from '../place';
import { moneyTabs, Tabs } from '../tabs';

/** What anybody may know of the program's money, as they read it. */
export default function Books() {
  const { t } = useI18n();
  const { program } = usePlace();
  if (!program) return null;
  const open = program.state === 'live' || program.state === 'paused';
  return (
    <Page title={t('money.title')} about={t('books.public')}>
      <Tabs label={t('money.title')} of={moneyTabs} />
      <Text mb="md">{t('books.text')}</Text>
      {open ? <OpenBooks key={program.id} program={program.id} /> : <Empty title={t('books.not_open')} />}
    </Page>
  );
}
