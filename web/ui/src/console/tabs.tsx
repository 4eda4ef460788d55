import { type Entry, type Key, type Schemas, useI18n } from '@kit/index';
import Building2 from 'lucide-react/icons/building-2';
import Cog from 'lucide-react/icons/cog';
import Gavel from 'lucide-react/icons/gavel';
import GraduationCap from 'lucide-react/icons/graduation-cap';
import Landmark from 'lucide-react/icons/landmark';
import Scale from 'lucide-react/icons/scale';
import ScrollText from 'lucide-react/icons/scroll-text';
import Send from 'lucide-react/icons/send';
import { useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import css from './console.module.css';
import { usePlace } from './place';

type Tab = { to: string; label: Key; may?: Schemas['OwnMembership']['may'][number] };

/** Ways between the screens of one subject; operators without a brand have theirs in the navigation. */
export function Tabs({ label, of }: { label: string; of: Tab[] }) {
  const { t } = useI18n();
  const [location] = useLocation();
  const { brand, may } = usePlace();
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    // on a phone they are wider than the window
    const here = bar.current?.querySelector<HTMLElement>('[aria-current]');
    if (here) bar.current?.scrollTo({ left: here.offsetLeft - (bar.current.clientWidth - here.offsetWidth) / 2 });
  }, [location]);
  if (!brand) return null;
  return (
    <nav aria-label={label} className={css.tabs} ref={bar}>
      {of.filter((tab) => !tab.may || may(tab.may)).map(({ to, label: name }) => (
        <Link key={to} href={to} aria-current={location === to ? 'page' : undefined}>
          {t(name)}
        </Link>
      ))}
    </nav>
  );
}

export const setupTabs: Tab[] = [
  { to: '/setup', label: 'setup.checklist' },
  { to: '/setup/topics', label: 'setup.topics' },
  { to: '/setup/policies', label: 'setup.policies' },
  { to: '/setup/entry', label: 'setup.entry' },
  { to: '/setup/cards', label: 'setup.cards', may: 'manage_program' },
  { to: '/setup/quizzes', label: 'setup.quizzes', may: 'manage_program' },
  { to: '/setup/practice', label: 'setup.practice', may: 'manage_program' },
  { to: '/setup/widget', label: 'setup.widget' },
];

export const reviewTabs: Tab[] = [
  { to: '/reviews', label: 'reviews.title', may: 'review_work' },
  { to: '/reviews/practice', label: 'judging.title', may: 'review_work' },
  { to: '/reviews/gold', label: 'gold.title', may: 'manage_program' },
  { to: '/reviews/signals', label: 'signals.title', may: 'suspend_experts' },
];

export const rosterTabs: Tab[] = [
  { to: '/roster', label: 'roster.title' },
  { to: '/roster/invitations', label: 'invites.title', may: 'invite_experts' },
  { to: '/roster/proposals', label: 'voice.title', may: 'answer_proposals' },
];

export const moneyTabs: { to: string; label: Key }[] = [
  { to: '/money', label: 'money.tab.wallet' },
  { to: '/money/spend', label: 'spend.title' },
  { to: '/money/payments', label: 'payments.tab' },
  { to: '/money/books', label: 'books.title' },
];

export const operatorTabs: Entry[] = [
  { to: '/operator', label: 'operator.money', icon: Landmark, bar: true },
  { to: '/operator/brands', label: 'operator.brands', icon: Building2, bar: true },
  { to: '/operator/payouts', label: 'operator.payouts', icon: Send, bar: true },
  { to: '/operator/acts', label: 'acts.title', icon: Scale },
  { to: '/operator/cases', label: 'operator.cases', icon: Gavel },
  { to: '/operator/quiz', label: 'operator.quiz', icon: GraduationCap },
  { to: '/operator/jobs', label: 'operator.jobs', icon: Cog, bar: true },
  { to: '/operator/audit', label: 'operator.audit', icon: ScrollText },
];
