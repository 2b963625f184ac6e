// Patterns: three failed logins and then a good one; and prices that rise and rise.

import {
  AfterMatchSkipStrategy,
  CEP,
  Duration,
  IterativeCondition,
  OutputTag,
  Pattern,
  PatternProcessFunction,
  StreamExecutionEnvironment,
  WatermarkStrategy,
  type Collector,
  type ConditionContext,
  type PatternMatch,
  type PatternProcessContext,
  type TimedOutPartialMatchHandler,
} from 'streambed'

interface Login {
  readonly user: string
  readonly succeeded: boolean
  readonly second: number
}

interface Price {
  readonly amount: number
}

class Rising extends IterativeCondition<Price> {
  filter(price: Price, context: ConditionContext<Price>) {
    return context.getEventsForPattern('prices').every((before) => before.amount < price.amount)
  }
}

const gaveUp = new OutputTag<string>('gave up')

class Attack extends PatternProcessFunction<Login, string> implements TimedOutPartialMatchHandler<Login> {
  processMatch(match: PatternMatch<Login>, _context: PatternProcessContext, out: Collector<string>) {
    out.collect(`${match.get('success')?.[0]?.user} after ${match.get('fails')?.length}`)
  }

  processTimedOutMatch(match: PatternMatch<Login>, context: PatternProcessContext) {
    context.output(gaveUp, `${match.get('fails')?.[0]?.user} after ${match.get('fails')?.length}`)
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const bySecond = WatermarkStrategy.forMonotonousTimestamps<Login>().withTimestampAssigner(({ second }) => second * 1000)
const login = (user: string, second: number, succeeded = false): Login => ({ user, succeeded, second })
const logins = env
  .fromElements(
    login('Ada', 1),
    login('Ada', 2),
    login('Bob', 3),
    login('Ada', 4),
    login('Ada', 5, true),
    login('Bob', 6, true),
    login('Eve', 7),
    login('Eve', 8),
    login('Eve', 9),
  )
  .assignTimestampsAndWatermarks(bySecond)

const pattern = Pattern.begin<Login>('fails')
  .where((login) => !login.succeeded)
  .timesOrMore(3)
  .consecutive()
  .next('success')
  .where((login) => login.succeeded)
  .within(Duration.ofMinutes(5))

const attacks = CEP.pattern(
  logins.keyBy((login) => login.user),
  pattern,
).process(new Attack())
attacks.print('attacks')
attacks.getSideOutput(gaveUp).print('gave up')
const byUser = logins.keyBy((login) => login.user)
CEP.pattern(byUser, pattern)
  .select((match) => match.get('success')?.[0]?.user)
  .print('users')

const rising = Pattern.begin<Price>('prices', AfterMatchSkipStrategy.skipPastLastEvent())
  .where(new Rising())
  .times(3)
  .consecutive()
CEP.pattern(env.fromElements<Price>({ amount: 5 }, { amount: 1 }, { amount: 2 }, { amount: 4 }, { amount: 9 }), rising)
  .inProcessingTime()
  .select((match) =>
    match
      .get('prices')
      ?.map(({ amount }) => amount)
      .join(' < '),
  )
  .print('rising')

await env.execute('Patterns')
