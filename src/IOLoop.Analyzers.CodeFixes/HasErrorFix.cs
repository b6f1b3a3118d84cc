using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IOLoops.Analyzers.CodeFixes;

/// <summary>IOL0009: <c>events.HasFlag(IOEvents.Error)</c> becomes <c>events.HasError()</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
[Shared]
public sealed class HasErrorFix : SyntaxFix
{
    /// <summary>Made by an editor.</summary>
    public HasErrorFix() : base(Rules.HasFlagError, "Use HasError()")
    {
    }

    private protected override Task<SyntaxNode?> FixAsync(Document document, SyntaxNode root, SyntaxNode node, string fix, CancellationToken cancellationToken) =>
        Task.FromResult(node is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax member } call
            ? root.ReplaceNode(call, SyntaxFactory.InvocationExpression(member.WithName(SyntaxFactory.IdentifierName("HasError"))).WithTriviaFrom(call))
            : null);
}
