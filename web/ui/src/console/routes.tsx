import { type Entry, type Schemas, type Screen, screen } from '@kit/index';
import ChartNoAxesColumn from 'lucide-react/icons/chart-no-axes-column';
import ClipboardCheck from 'lucide-react/icons/clipboard-check';
import Code from 'lucide-react/icons/code';
import Coins from 'lucide-react/icons/coins';
import Gavel from 'lucide-react/icons/gavel';
import History from 'lucide-react/icons/history';
import Inbox from 'lucide-react/icons/inbox';
import Landmark from 'lucide-react/icons/landmark';
import Settings2 from 'lucide-react/icons/settings-2';
import Smile from 'lucide-react/icons/smile';
import UserCog from 'lucide-react/icons/user-cog';
import Users from 'lucide-react/icons/users';
import Queue from './screens/queue';

type May = Schemas['OwnMembership']['may'][number];

/** A screen is a file in screens and a line here. */
export const screens: Screen[] = [
  { path: '/', screen: Queue },
  { path: '/questions/:question', screen: screen(() => import('./screens/question')) },
  { path: '/reviews', screen: screen(() => import('./screens/reviews')) },
  { path: '/reviews/practice', screen: screen(() => import('./screens/judgepractice')) },
  { path: '/reviews/gold', screen: screen(() => import('./screens/gold')) },
  { path: '/reviews/signals', screen: screen(() => import('./screens/signals')) },
  { path: '/judgement', screen: screen(() => import('./screens/judgement')) },
  { path: '/feedback', screen: screen(() => import('./screens/feedback')) },
  { path: '/figures', screen: screen(() => import('./screens/figures')) },
  { path: '/roster', screen: screen(() => import('./screens/roster')) },
  { path: '/roster/invitations', screen: screen(() => import('./screens/invitations')) },
  { path: '/roster/proposals', screen: screen(() => import('./screens/proposals')) },
  { path: '/roster/:enrolment', screen: screen(() => import('./screens/expert')) },
  { path: '/money', screen: screen(() => import('./screens/money')) },
  { path: '/money/spend', screen: screen(() => import('./screens/spend')) },
  { path: '/money/payments', screen: screen(() => import('./screens/payments')) },
  { path: '/money/books', screen: screen(() => import('./screens/openbooks')) },
  { path: '/setup', screen: screen(() => import('./screens/setup')) },
  { path: '/setup/topics', screen: screen(() => import('./screens/topics')) },
  { path: '/setup/policies', screen: screen(() => import('./screens/policies')) },
  { path: '/setup/entry', screen: screen(() => import('./screens/entry')) },
  { path: '/setup/cards', screen: screen(() => import('./screens/cards')) },
  { path: '/setup/quizzes', screen: screen(() => import('./screens/quizzes')) },
  { path: '/setup/practice', screen: screen(() => import('./screens/practice')) },
  { path: '/setup/widget', screen: screen(() => import('./screens/widget')) },
  { path: '/members', screen: screen(() => import('./screens/members')) },
  { path: '/developers', screen: screen(() => import('./screens/developers')) },
  { path: '/events', screen: screen(() => import('./screens/events')) },
  { path: '/operator', screen: screen(() => import('./screens/operator')) },
  { path: '/operator/brands', screen: screen(() => import('./screens/brands')) },
  { path: '/operator/payouts', screen: screen(() => import('./screens/payouts')) },
  { path: '/operator/acts', screen: screen(() => import('./screens/acts')) },
  { path: '/operator/quiz', screen: screen(() => import('./screens/platformquiz')) },
  { path: '/operator/cases', screen: screen(() => import('./screens/cases')) },
  { path: '/operator/jobs', screen: screen(() => import('./screens/jobs')) },
  { path: '/operator/audit', screen: screen(() => import('./screens/audit')) },
];

/** What the navigation shows to whom; bar: also on a phone's bar. */
export const entries: (Entry & { may?: May; operator?: boolean })[] = [
  { to: '/', label: 'nav.queue', icon: Inbox, bar: true, may: 'see_questions' },
  { to: '/reviews', label: 'nav.reviews', icon: ClipboardCheck, bar: true, may: 'review_work' },
  { to: '/judgement', label: 'nav.judgement', icon: Gavel, may: 'refuse_pay' },
  { to: '/feedback', label: 'nav.feedback', icon: Smile, may: 'see_questions' },
  { to: '/figures', label: 'nav.figures', icon: ChartNoAxesColumn, bar: true, may: 'see_figures' },
  { to: '/roster', label: 'nav.roster', icon: Users, bar: true, group: 'nav.program', may: 'see_experts' },
  { to: '/money', label: 'nav.money', icon: Coins, group: 'nav.program', may: 'see_money' },
  { to: '/setup', label: 'nav.setup', icon: Settings2, group: 'nav.program', may: 'see_programs' },
  { to: '/members', label: 'nav.members', icon: UserCog, group: 'nav.brand', may: 'see_members' },
  { to: '/developers', label: 'nav.developers', icon: Code, group: 'nav.brand', may: 'manage_keys' },
  { to: '/events', label: 'nav.events', icon: History, group: 'nav.brand', may: 'see_history' },
  { to: '/operator', label: 'nav.operator', icon: Landmark, bar: true, group: 'nav.platform', operator: true },
];

/** The entry that the screen at a path belongs to; the queue's is also that of each question. */
export function entryOf(path: string) {
  return entries.find(({ to }) => path === to || path.startsWith(to === '/' ? '/questions/' : `${to}/`));
}
