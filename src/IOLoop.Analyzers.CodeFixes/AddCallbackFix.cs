using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IOLoops.Analyzers.CodeFixes;

/// <summary>IOL0004: the call becomes a callback of its loop.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
[Shared]
public sealed class AddCallbackFix : SyntaxFix
{
    /// <summary>Made by an editor.</summary>
    public AddCallbackFix() : base(Rules.WrongThread, "Pass the call to AddCallback")
    {
    }

    private protected override Task<SyntaxNode?> FixAsync(Document document, SyntaxNode root, SyntaxNode node, string fix, CancellationToken cancellationToken)
    {
        if (node is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax member } call)
        {
            return Task.FromResult<SyntaxNode?>(null);
        }

        var passed = SyntaxFactory.ParseExpression($"{member.Expression.WithoutTrivia()}.AddCallback(() => {call.WithoutTrivia()})");
        return Task.FromResult<SyntaxNode?>(root.ReplaceNode(call, passed.WithTriviaFrom(call)));
    }
}
