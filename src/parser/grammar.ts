// The grammar. It sees tokens whose roles and item starts layout.ts has settled, so one token of lookahead decides everywhere;
// an operator chain is flat here, and operators.ts says what binds tighter. It reports the first mistake only: recover.ts goes on.
import {
  CstParser,
  type CstNode,
  type IParserErrorMessageProvider,
  type ParserMethod,
  type TokenType,
} from 'chevrotain';
import * as t from './tokens.ts';

type Rule = ParserMethod<[], CstNode>;

/** The rules that are asked for: the whole file, and its parts. */
export type Start = 'file' | 'declaration' | 'entry' | 'expression';

/** `list<list<…>>` nests at most this deep. */
const deepestType = 8;

/** Errors carry the names of the token types that would have fitted; messages.ts makes sentences of them. */
const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => expected.name,
  buildNotAllInputParsedMessage: () => '',
  buildNoViableAltMessage: ({ expectedPathsPerAlt }) => names(expectedPathsPerAlt.flat()),
  buildEarlyExitMessage: ({ expectedIterationPaths }) => names(expectedIterationPaths),
};

function names(paths: readonly (readonly TokenType[])[]): string {
  return [...new Set(paths.flatMap((path) => path.slice(0, 1).map(({ name }) => name)))].join(' ');
}

export class Grammar extends CstParser {
  /** `validate` checks the grammar itself, for tests. */
  constructor(validate = false) {
    super(t.grammarTokens, {
      maxLookahead: 1,
      recoveryEnabled: false,
      nodeLocationTracking: 'none',
      skipValidations: !validate,
      errorMessageProvider: expectations,
    });
    this.performSelfAnalysis();
  }

  readonly file: Rule = this.RULE('file', () => {
    this.MANY(() => {
      this.CONSUME(t.DeclarationStart);
      this.SUBRULE(this.declaration);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
  });

  readonly declaration: Rule = this.RULE('declaration', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.version) },
      { ALT: () => this.SUBRULE(this.param) },
      { ALT: () => this.SUBRULE(this.let) },
      { ALT: () => this.SUBRULE(this.import) },
      { ALT: () => this.SUBRULE(this.use) },
      { ALT: () => this.SUBRULE(this.each) },
      { ALT: () => this.SUBRULE(this.when) },
      { ALT: () => this.SUBRULE(this.defaults) },
      { ALT: () => this.SUBRULE(this.target) },
      { ALT: () => this.SUBRULE(this.stage) },
    ]);
  });

  readonly version: Rule = this.RULE('version', () => {
    this.CONSUME(t.Fsl);
    this.CONSUME(t.NumberLiteral);
  });

  readonly param: Rule = this.RULE('param', () => {
    this.CONSUME(t.Param);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => {
      this.CONSUME(t.Assign);
      this.SUBRULE(this.expression, { LABEL: 'fallback' });
    });
    this.OPTION2(() => {
      this.CONSUME(t.In);
      this.SUBRULE2(this.expression, { LABEL: 'domain' });
    });
  });

  readonly type: ParserMethod<[depth?: number], CstNode> = this.RULE('type', (depth = 0) => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Identifier);
          this.OPTION({
            GATE: () => depth < deepestType,
            DEF: () => {
              this.CONSUME(t.Less);
              this.SUBRULE(this.type, { ARGS: [depth + 1] });
              this.CONSUME(t.More);
            },
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.StringLiteral);
          this.MANY(() => {
            this.CONSUME(t.Pipe);
            this.CONSUME2(t.StringLiteral);
          });
        },
      },
      { ALT: () => this.CONSUME(t.Missing) },
    ]);
  });

  readonly let: Rule = this.RULE('let', () => {
    this.CONSUME(t.Let);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expression);
  });

  readonly import: Rule = this.RULE('import', () => {
    this.CONSUME(t.Import);
    this.SUBRULE(this.quoted);
    this.CONSUME(t.As);
    this.CONSUME(t.Identifier);
    this.OPTION(() => this.SUBRULE(this.options));
  });

  readonly use: Rule = this.RULE('use', () => {
    this.CONSUME(t.Use);
    this.SUBRULE(this.quoted);
  });

  readonly quoted: Rule = this.RULE('quoted', () => {
    this.OR([{ ALT: () => this.CONSUME(t.StringLiteral) }, { ALT: () => this.CONSUME(t.Missing) }]);
  });

  readonly each: Rule = this.RULE('each', () => {
    this.CONSUME(t.Each);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.In);
    this.SUBRULE(this.expression);
    this.SUBRULE(this.declarations);
  });

  readonly when: Rule = this.RULE('when', () => {
    this.CONSUME(t.When);
    this.SUBRULE(this.expression);
    this.SUBRULE(this.declarations);
    this.OPTION(() => {
      this.CONSUME(t.Else);
      this.SUBRULE2(this.declarations);
    });
  });

  readonly defaults: Rule = this.RULE('defaults', () => {
    this.CONSUME(t.Defaults);
    this.CONSUME(t.Identifier);
    this.SUBRULE(this.options);
  });

  readonly target: Rule = this.RULE('target', () => {
    this.CONSUME(t.Target);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expression);
  });

  readonly stage: Rule = this.RULE('stage', () => {
    this.CONSUME(t.Identifier);
    this.CONSUME2(t.Identifier);
    this.SUBRULE(this.body);
  });

  readonly body: Rule = this.RULE('body', () => {
    this.CONSUME(t.LCurly);
    this.MANY(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(t.EntryStart);
            this.SUBRULE(this.entry);
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.DeclarationStart);
            this.SUBRULE(this.declaration);
          },
        },
      ]);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.CONSUME(t.RCurly);
  });

  readonly declarations: Rule = this.RULE('declarations', () => {
    this.CONSUME(t.LCurly);
    this.MANY(() => {
      this.CONSUME(t.DeclarationStart);
      this.SUBRULE(this.declaration);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.CONSUME(t.RCurly);
  });

  readonly options: Rule = this.RULE('options', () => {
    this.CONSUME(t.LCurly);
    this.MANY(() => {
      this.CONSUME(t.EntryStart);
      this.SUBRULE(this.entry);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.CONSUME(t.RCurly);
  });

  readonly entry: Rule = this.RULE('entry', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Identifier) }, { ALT: () => this.CONSUME(t.StringLiteral) }]);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.expression);
  });

  readonly expression: Rule = this.RULE('expression', () => {
    this.OR([{ ALT: () => this.SUBRULE(this.conditional) }, { ALT: () => this.SUBRULE(this.chain) }]);
    this.MANY(() => this.SUBRULE(this.suffix));
  });

  /** `else if` goes on in a loop, so that a long one does not nest. */
  readonly conditional: Rule = this.RULE('conditional', () => {
    this.AT_LEAST_ONE(() => {
      this.CONSUME(t.If);
      this.SUBRULE(this.expression, { LABEL: 'condition' });
      this.CONSUME(t.Then);
      this.SUBRULE2(this.expression, { LABEL: 'then' });
      this.CONSUME(t.Else);
    });
    this.SUBRULE(this.chain);
  });

  readonly suffix: Rule = this.RULE('suffix', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Per);
          this.CONSUME(t.Label);
        },
      },
      { ALT: () => this.CONSUME(t.Sd) },
      {
        ALT: () => {
          this.CONSUME(t.By);
          this.SUBRULE(this.chain);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.At);
          this.SUBRULE2(this.chain);
        },
      },
    ]);
  });

  readonly chain: Rule = this.RULE('chain', () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(t.BinaryOperator);
      this.SUBRULE2(this.operand);
    });
  });

  readonly operand: Rule = this.RULE('operand', () => {
    this.MANY(() => this.CONSUME(t.PrefixOperator));
    this.OR([
      { ALT: () => this.CONSUME(t.NumberLiteral) },
      { ALT: () => this.CONSUME(t.StringLiteral) },
      { ALT: () => this.CONSUME(t.True) },
      { ALT: () => this.CONSUME(t.False) },
      { ALT: () => this.CONSUME(t.Null) },
      { ALT: () => this.CONSUME(t.Missing) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.options, { LABEL: 'map' }) },
      { ALT: () => this.SUBRULE(this.named) },
    ]);
  });

  readonly list: Rule = this.RULE('list', () => {
    this.CONSUME(t.LSquare);
    this.OPTION(() => {
      this.SUBRULE(this.expression);
      this.MANY(() => {
        this.CONSUME(t.Comma);
        this.SUBRULE2(this.expression);
      });
      this.OPTION2(() => this.CONSUME(t.TrailingComma));
    });
    this.CONSUME(t.RSquare);
  });

  readonly named: Rule = this.RULE('named', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Identifier);
          this.OPTION(() => this.SUBRULE(this.arguments));
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LRound);
          this.SUBRULE(this.expression);
          this.CONSUME(t.RRound);
        },
      },
    ]);
    this.MANY(() => this.SUBRULE(this.access));
  });

  readonly access: Rule = this.RULE('access', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Dot);
          this.CONSUME(t.Identifier);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LSquare);
          this.SUBRULE(this.key);
          this.MANY(() => {
            this.CONSUME(t.Comma);
            this.SUBRULE2(this.key);
          });
          this.OPTION(() => this.CONSUME(t.TrailingComma));
          this.CONSUME(t.RSquare);
        },
      },
    ]);
  });

  readonly key: Rule = this.RULE('key', () => {
    this.CONSUME(t.Key);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.expression);
  });

  readonly arguments: Rule = this.RULE('arguments', () => {
    this.CONSUME(t.LRound);
    this.OPTION(() => {
      this.SUBRULE(this.argument);
      this.MANY(() => {
        this.CONSUME(t.Comma);
        this.SUBRULE2(this.argument);
      });
      this.OPTION2(() => this.CONSUME(t.TrailingComma));
    });
    this.CONSUME(t.RRound);
  });

  readonly argument: Rule = this.RULE('argument', () => {
    this.OPTION(() => {
      this.CONSUME(t.Key);
      this.CONSUME(t.Colon);
    });
    this.SUBRULE(this.expression);
  });
}
