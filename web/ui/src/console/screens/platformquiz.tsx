import { Page, useI18n } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Bank, Figures } from '../bank';
import { operatorTabs, Tabs } from '../tabs';

/** The platform's own quiz, which experts pass once for all programs. */
export default function PlatformQuiz() {
  const { t } = useI18n();
  return (
    <Page title={t('operator.quiz')} about={t('operator.quiz.about')}>
      <Tabs label={t('operator.title')} of={operatorTabs} />
      <div className={layout.stack}>
        <Figures />
        <Bank />
      </div>
    </Page>
  );
}
