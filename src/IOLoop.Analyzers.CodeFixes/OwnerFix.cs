using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IOLoops.Analyzers.CodeFixes;

/// <summary>IOL0005: the number of a handle or socket becomes the handle or socket.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
[Shared]
public sealed class OwnerFix : SyntaxFix
{
    /// <summary>Made by an editor.</summary>
    public OwnerFix() : base(Rules.BareDescriptor, "Pass the object itself")
    {
    }

    private protected override Task<SyntaxNode?> FixAsync(Document document, SyntaxNode root, SyntaxNode node, string fix, CancellationToken cancellationToken) =>
        Task.FromResult(node is ExpressionSyntax number
            ? root.ReplaceNode(number, SyntaxFactory.ParseExpression(fix).WithTriviaFrom(number))
            : null);
}
