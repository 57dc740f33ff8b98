/** What the example company is made of. Many scripts, quotes and line breaks on purpose: real tables have them. */

/** Each with its spelling in an e-mail address. */
export const GIVEN_NAMES = [
  ['Anna', 'anna'],
  ['Jürgen', 'juergen'],
  ['Zoë', 'zoe'],
  ['Łukasz', 'lukasz'],
  ['Priya', 'priya'],
  ['José', 'jose'],
  ['Mei', 'mei'],
  ['Oluwaseun', 'oluwaseun'],
  ['Siobhán', 'siobhan'],
  ['Dmytro', 'dmytro'],
  ['Yuki', 'yuki'],
  ['Amélie', 'amelie'],
  ['Nasrin', 'nasrin'],
  ['Björn', 'bjoern'],
  ['Thandiwe', 'thandiwe'],
  ['Mateus', 'mateus'],
  ['Ingrid', 'ingrid'],
  ['Wei', 'wei'],
  ['Chloé', 'chloe'],
  ['Samuel', 'samuel'],
  ['Aoife', 'aoife'],
  ['Haruto', 'haruto'],
  ['Leïla', 'leila'],
  ['Grace', 'grace'],
] as const;

export const FAMILY_NAMES = [
  ['Müller', 'mueller'],
  ["O'Brien", 'obrien'],
  ['García Márquez', 'garcia'],
  ['Nowak', 'nowak'],
  ['Nguyễn', 'nguyen'],
  ['Okafor', 'okafor'],
  ['Åkesson', 'akesson'],
  ['Schäfer-Böhm', 'schaefer-boehm'],
  ['Tanaka (田中)', 'tanaka'],
  ['Iyer', 'iyer'],
  ['da Silva', 'dasilva'],
  ['Dubois', 'dubois'],
  ['Kowalczyk', 'kowalczyk'],
  ['Chen (陳)', 'chen'],
  ['Haddad', 'haddad'],
  ['Johansson', 'johansson'],
  ['van der Berg', 'vanderberg'],
  ['Ivanova', 'ivanova'],
  ['Mbeki', 'mbeki'],
  ['Fitzgerald', 'fitzgerald'],
  ['Rossi', 'rossi'],
  ['Þórsdóttir', 'thorsdottir'],
  ['Kim (김)', 'kim'],
  ['Castillo', 'castillo'],
  ['Öztürk', 'oeztuerk'],
] as const;

/** Each with its group's name and as many titles as all others. */
export const DEPARTMENTS = [
  [
    'Engineering',
    'engineering',
    ['Software Engineer', 'Staff Engineer', 'Site Reliability Engineer', 'Test Engineer'],
  ],
  ['Product', 'product', ['Product Manager', 'Product Designer', 'User Researcher', 'Technical Writer']],
  ['Finance', 'finance', ['Controller', 'Financial Analyst', 'Payroll Specialist', 'Treasury Manager']],
  [
    'People & Culture',
    'people',
    ['Recruiter', 'HR Business Partner', 'Learning Specialist', 'Benefits Analyst'],
  ],
  ['Sales', 'sales', ['Account Executive', 'Sales Engineer', 'Regional Director', 'Partner Manager']],
  [
    'Customer Success',
    'success',
    ['Support Engineer', 'Success Manager', 'Onboarding Lead', 'Escalation Manager'],
  ],
  ['Legal', 'legal', ['Counsel', 'Privacy Officer', 'Contract Manager', 'Compliance Analyst']],
  [
    'Operations',
    'operations',
    ['Facilities Manager', 'Logistics Planner', 'Procurement Lead', 'Fleet Coordinator'],
  ],
] as const;

export const OFFICES = [
  'Berlin',
  'São Paulo',
  'Kraków',
  'Tōkyō',
  'Nairobi',
  'Montréal',
  'Dublin',
  'Zürich',
  'Singapore',
];

export const SALARY_BANDS = ['B1', 'B2', 'B3', 'C1', 'C2', 'D1', 'D2', 'E1'];

/** A biography is one of each of these, after the given name. */
export const BEGINNINGS = [
  'joined straight from university, after a thesis on the logistics of small island hospitals.',
  'came to the company when it had forty people, one printer and a kitchen that doubled as the server room.',
  'spent eleven years in shipping insurance before moving over, and still reads every contract to the last page.',
  'started in the warehouse, took evening classes in statistics, and has changed teams three times since.',
  'studied linguistics in Uppsala and Kraków, then learned to program “by accident” during a parental leave.',
  'was hired through the returners’ programme and now runs its interviews twice a year.',
  'moved here from a family bakery, where the first spreadsheet (flour, butter, overtime) is said to be still in use.',
  'worked as a volunteer fire-fighter and paramedic first, which shows in every incident review.',
];

export const WORK = [
  'Led the move of the payroll system to the new provider without one late payment; the runbook is linked from the intranet page “Löhne & Gehälter”.',
  'Owns the quarterly forecast, the tooling around it and a much-quoted glossary of what "done" means in each department.',
  'Looks after the twelve largest accounts in the region and answers most questions before they are asked.',
  'Wrote the on-call handbook, chairs the accessibility circle, and reviews anything that touches dates, time zones or names.',
  'Keeps the supplier register (some 1,900 entries) honest; path on the shared drive: S:\\register\\current.',
  'Runs the onboarding week: five days, no slides, one real customer case from start to finish.',
  'Built the first version of the parts catalogue in a weekend; the second one took two years & a team of six.',
  'Coordinates the audits with external partners and translates between auditors and engineers, both ways.',
  'Responsible for the data centre move in the north-east region, a 30% saving, and a very long list of lessons.',
];

export const SKILLS = [
  'Strong in negotiation, SQL and plain language.',
  'Languages: English, français, 中文 (HSK 5).',
  'Tools: spreadsheets, a whiteboard, and patience with both.',
  'Skills: incident command; C++ & Go; sketching on napkins.',
  'Expert for customs forms, VAT ids and the odd €0.01 difference.',
  'Fluent in German (“Amtsdeutsch” included), Turkish and HTML.',
  'Best at making two teams agree on one date.',
];

export const OUTLOOK = [
  'Certified in project management and first aid. Mentors two colleagues.',
  'Speaks German, Polish and some Japanese (日本語能力試験 N3). 🎌',
  'On parental leave every other Friday; please use the team calendar.',
  'Ask about: budget planning, <template> errors, and where the good coffee is ☕️.',
  'Known for the sentence "measure it, then tell me".',
  'Prefers chat over e-mail, and a walk over both. 🚶🏽‍♀️',
  'Currently preparing the works council election.\nDeputy: see the team page.',
  'Teaches the internal course “SQL für alle”, 8 × 45 minutes, next start in spring.',
  'Represents the department in the climate board 🌍 and in the choir.',
];
