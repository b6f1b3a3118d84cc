using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IOLoops.Analyzers.CodeFixes;

/// <summary>IOL0006: the statement that removes the handler moves before the one that closes the descriptor.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
[Shared]
public sealed class RemoveFirstFix : SyntaxFix
{
    /// <summary>Made by an editor.</summary>
    public RemoveFirstFix() : base(Rules.ClosedTooEarly, "Remove the handler first")
    {
    }

    private protected override Task<SyntaxNode?> FixAsync(Document document, SyntaxNode root, SyntaxNode node, string fix, CancellationToken cancellationToken)
    {
        var statement = node.FirstAncestorOrSelf<ExpressionStatementSyntax>();
        var block = statement?.Parent as BlockSyntax;
        // The property says how many statements lie between both.
        if (block is null || statement is null || !int.TryParse(fix, out int distance))
        {
            return Task.FromResult<SyntaxNode?>(null);
        }

        int from = block.Statements.IndexOf(statement);
        return Task.FromResult<SyntaxNode?>(from < distance
            ? null
            : root.ReplaceNode(block, block.WithStatements(block.Statements.RemoveAt(from).Insert(from - distance, statement))));
    }
}
