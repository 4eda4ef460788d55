import { $api, Await, Page, Receipt, useI18n } from '@kit/index';
import { useParams } from 'wouter';

/** The answer receipt of one's own turn. */
export default function TurnReceipt() {
  const { t } = useI18n();
  const { assignment = '' } = useParams();
  const receipt = $api.useQuery('get', '/api/v1/assignments/{assignment}/receipt', { params: { path: { assignment } } });
  const question = receipt.data?.question ?? '';
  const talk = $api.useQuery('get', '/api/v1/work/questions/{question}', { params: { path: { question } } }, { enabled: question !== '' });
  return (
    <Page title={t('receipt.title')} back={{ to: `/turns/${assignment}`, label: t('back') }} narrow>
      <Await read={receipt}>{(of) => <Receipt of={of} title={talk.data?.title} />}</Await>
    </Page>
  );
}
